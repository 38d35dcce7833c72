// The human queue: one card an item. A card that somebody is filling in stays as it is; the server refuses what is out of date.

import { $, Refused, clone, fill, post, words } from "./place.js";

const cards = new Map();

export function showQueue(items) {
  const open = new Set(items.map((item) => item.id));
  for (const [id, card] of cards) {
    if (!open.has(id) && !card.touched) drop(id);
  }
  for (const item of items) {
    const known = cards.get(item.id);
    const text = JSON.stringify(item);
    if (known && (known.touched || known.text === text)) continue;
    const element = card(item);
    if (known) known.element.replaceWith(element);
    else $("queue").append(element);
    cards.set(item.id, { element, text, touched: false });
  }
  const count = items.length;
  $("queue-empty").hidden = count > 0 || cards.size > 0;
  $("queue-count").textContent = count ? String(count) : "";
}

function drop(id) {
  cards.get(id)?.element.remove();
  cards.delete(id);
}

function card(item) {
  const element = clone("item");
  fill(element, { kind: item.kind, note: item.note, since: item.since, summary: item.summary, risk: item.risk });
  const link = element.querySelector('[data-f="order"]');
  if (item.order_id !== null) {
    link.textContent = `#${item.order_id}`;
    link.href = item.page || `/orders/${item.order_id}`;
    link.hidden = false;
  }
  const form = element.querySelector("form");
  element.querySelector('[data-f="money"]').hidden = !item.money;
  if (item.money) return element;
  if (item.page) {
    const page = element.querySelector('[data-f="page"]');
    page.querySelector("a").href = item.page;
    page.hidden = false;
    return element;
  }
  if (item.options.length === 0) {
    element.querySelector('[data-f="only"]').hidden = false;
    return element;
  }
  form.hidden = false;
  element.querySelector('[data-f="only"]').hidden = item.options[0].decision !== "seen";
  if (form.elements.by.type !== "hidden") form.elements.by.value = localStorage.getItem("juru.by") ?? "";
  for (const option of item.options) form.querySelector(".choices").append(choice(item, option, form));
  form.addEventListener("input", () => {
    const known = cards.get(item.id);
    if (known) known.touched = true;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(item, element, form);
  });
  form.requestId = crypto.randomUUID();
  return element;
}

function choice(item, option, form) {
  const label = document.createElement("label");
  const radio = document.createElement("input");
  radio.type = "radio";
  radio.name = "decision";
  radio.value = option.decision;
  radio.required = true;
  radio.addEventListener("change", () => {
    form.classList.add("chosen");
    form.querySelector('[data-f="says"]').textContent = option.says;
    const sn = form.querySelector(".sn");
    sn.hidden = option.decision !== "success";
    sn.querySelector("input").required = !sn.hidden;
    form.querySelector(".risk").hidden = true;
    form.elements.accept_risk.checked = false;
    form.requestId = crypto.randomUUID();
  });
  label.append(radio, ` ${option.label}`);
  return label;
}

async function send(item, element, form) {
  const button = form.querySelector("button.main");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const field = form.elements;
  if (field.by.type !== "hidden") localStorage.setItem("juru.by", field.by.value);
  const answer = element.querySelector('[data-f="answer"]');
  try {
    const said = await post("/console/decide", {
      request_id: form.requestId,
      order_id: item.order_id,
      item_id: item.id,
      attempt_id: item.attempt_id,
      seen: item.seen,
      decision: field.decision.value,
      reason: field.reason.value,
      by: field.by.value,
      sn: field.sn.value,
      accept_risk: field.accept_risk.checked,
    });
    answer.textContent = said.text;
    element.classList.toggle("done", said.done);
    if (said.done) {
      form.hidden = true;
      setTimeout(() => {
        drop(item.id);
        document.dispatchEvent(new CustomEvent("juru:decided"));
        $("queue-empty").hidden = cards.size > 0;
      }, 20000);
    } else {
      form.requestId = crypto.randomUUID();
      form.querySelector(".risk").hidden = !said.risk;
    }
    document.dispatchEvent(new CustomEvent("juru:decided"));
  } catch (error) {
    answer.textContent = error instanceof Refused ? error.message : words.no_answer;
  }
  answer.hidden = false;
  button.removeAttribute("aria-busy");
}
