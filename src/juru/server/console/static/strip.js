// What is wrong and what is stopped, on top of the live screen. The server words it; here it is only put in place.

import { $, clone, fill } from "./place.js";

function line(template, facts) {
  const row = clone(template);
  fill(row, facts);
  const link = row.querySelector("a");
  link.href = facts.href || "/alerts";
  row.querySelector("time").title = facts.when;
  if (facts.tone) row.dataset.tone = facts.tone;
  return row;
}

function list(id, rows, more) {
  $(id).replaceChildren(...rows);
  $(`${id}-part`).hidden = rows.length === 0;
  $(`${id}-more`).textContent = more;
  $(`${id}-more`).hidden = !more;
}

export function showStrip(strip) {
  list("alarms", strip.alerts.map((one) => line("alarm", one)), strip.alerts_more);
  list("stops", strip.stops.map((one) => line("stop", one)), strip.stops_more);
  $("strip").hidden = strip.alerts.length + strip.stops.length === 0;
}
