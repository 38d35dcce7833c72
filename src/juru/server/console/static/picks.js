// Picked findings: their count and sum, before anything is decided about them.

import { $, worded } from "./place.js";

const form = $("picks");
const boxes = [...(form?.querySelectorAll('input[name="n"]') ?? [])];
const all = $("all");

function rupiah(amount) {
  const digits = String(Math.abs(amount)).replace(/\B(?=(\d{3})+$)/g, ".");
  return `${amount < 0 ? "-" : ""}Rp${digits}`;
}

function count() {
  const picked = boxes.filter((box) => box.checked);
  const sum = picked.reduce((so_far, box) => so_far + Math.abs(Number(box.dataset.amount)), 0);
  $("picked").textContent = picked.length ? worded("picked", { count: picked.length, sum: rupiah(sum) }) : "";
  all.checked = picked.length === boxes.length;
  all.indeterminate = picked.length > 0 && picked.length < boxes.length;
}

if (all && boxes.length) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  form.addEventListener("change", count);
  form.addEventListener("submit", (event) => {
    if (boxes.some((box) => box.checked)) return;
    event.preventDefault();
    boxes[0].focus();
  });
  // The back button brings picks back.
  addEventListener("pageshow", count);
}
