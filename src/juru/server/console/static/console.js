// The live screen. The server formats every value; here it is only put in its place.

import "./copy.js";
import { watchChat } from "./chat.js";
import { showQueue } from "./queue.js";
import { showStrip } from "./strip.js";
import { $, clone, fill, read, words, worded } from "./place.js";

const ROWS_MAX = 50;
const body = $("rows");
const rows = new Map();
for (const row of body.rows) rows.set(Number(row.dataset.id), row);

// ---------------------------------------------------------------- orders

const held = new Map();
let paused = false;
let pointing = false;

function place(order) {
  let row = rows.get(order.id);
  if (!row) {
    row = clone("row");
    row.id = `order-${order.id}`;
    row.dataset.id = order.id;
    const below = [...body.rows].find((other) => Number(other.dataset.id) < order.id);
    body.insertBefore(row, below ?? null);
    rows.set(order.id, row);
  }
  const before = row.dataset.is;
  row.dataset.is = `${order.state} ${order.sn ?? ""}`;
  fill(row, { ...order, sn: order.sn ?? "" });
  row.querySelector("time").title = order.when;
  row.querySelector("a").href = `/orders/${order.id}`;
  for (const mark of row.querySelectorAll("[data-state]")) mark.dataset.state = order.state;
  row.querySelector("use").setAttribute("href", `#shape-${order.state}`);
  const button = row.querySelector("button.copy");
  button.hidden = !order.sn;
  if (before !== row.dataset.is) highlight(row);
}

function highlight(row) {
  row.classList.remove("moved");
  requestAnimationFrame(() => row.classList.add("moved"));
}

function trim() {
  while (body.rows.length > ROWS_MAX) {
    const last = body.rows[body.rows.length - 1];
    if (last.contains(document.activeElement)) return;
    rows.delete(Number(last.dataset.id));
    last.remove();
  }
  $("order-table").hidden = body.rows.length === 0;
  $("empty").hidden = body.rows.length > 0;
}

// A new row would push the others down: it waits while the pointer or the focus is in the table, or the view is paused.
function arrived(orders) {
  for (const order of [...orders].sort((a, b) => a.id - b.id)) {
    if (paused || (pointing && !rows.has(order.id))) held.set(order.id, order);
    else place(order);
  }
  trim();
  sayHeld();
}

function release() {
  if (paused || pointing) return sayHeld();
  const waiting = [...held.values()];
  held.clear();
  arrived(waiting);
}

function sayHeld() {
  const button = $("pause");
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? worded("resume", { count: held.size }) : words.pause;
  $("missed").textContent = !paused && held.size ? worded("held", { count: held.size }) : "";
}

$("pause").addEventListener("click", () => {
  paused = !paused;
  release();
});
$("scroll").addEventListener("pointerenter", (event) => {
  pointing = event.pointerType === "mouse";
});
$("scroll").addEventListener("pointerleave", () => {
  pointing = false;
  release();
});

// ---------------------------------------------------------------- one order, in the panel

const panel = $("panel");
let opened = null;
let cameFrom = null;

async function open(id, { quiet = false } = {}) {
  if (!quiet) cameFrom = document.activeElement;
  let html = "";
  try {
    const answer = await fetch(`/orders/${id}?part=1&lang=${words.lang}`);
    html = answer.ok || answer.status === 404 ? await answer.text() : await read(answer);
  } catch {
    if (quiet) return;
    html = `<h1 id="story-title" tabindex="-1"></h1>`;
  }
  if (quiet && opened !== id) return;
  const focus = panel.contains(document.activeElement) ? document.activeElement.dataset.copy : null;
  $("panel-body").innerHTML = html;
  const title = $("story-title");
  if (title && !title.textContent) title.textContent = words.order_failed;
  rows.get(opened)?.removeAttribute("aria-current");
  opened = id;
  rows.get(id)?.setAttribute("aria-current", "true");
  $("panel-page").href = `/orders/${id}`;
  panel.hidden = false;
  if (!quiet) {
    panel.scrollTop = 0;
    title?.focus();
    history.replaceState(null, "", `#order-${id}`);
  } else if (focus) {
    panel.querySelector(`[data-copy="${focus}"]`)?.focus();
  }
}

function close() {
  if (panel.hidden) return;
  panel.hidden = true;
  rows.get(opened)?.removeAttribute("aria-current");
  opened = null;
  history.replaceState(null, "", location.pathname + location.search);
  if (cameFrom?.isConnected) cameFrom.focus();
}

function openFromLink() {
  const found = location.hash.match(/^#order-(\d+)$/);
  if (found) open(Number(found[1]));
}

$("panel-close").addEventListener("click", close);
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest('a[href^="/orders/"]:not([href*="#"])');
  if (link && link.id !== "panel-page") {
    event.preventDefault();
    open(Number(link.getAttribute("href").slice(8)));
    return;
  }
  const row = event.target.closest("#rows tr");
  if (row && !event.target.closest("button") && !String(getSelection())) open(Number(row.dataset.id));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return close();
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") {
    const links = [...body.querySelectorAll("td.id a")];
    const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))]?.focus();
  }
});

// ---------------------------------------------------------------- balances, suppliers, the queue

let shown = {};

function changed(part, value) {
  const text = JSON.stringify(value);
  if (shown[part] === text) return false;
  shown[part] = text;
  return true;
}

function accounts(id, list) {
  $(id)?.replaceChildren(
    ...list.map((account) => {
      const row = clone("account");
      fill(row, { ...account, note: account.note ?? "" });
      row.classList.toggle("debt", account.debt === true);
      row.title = account.name;
      return row;
    }),
  );
}

function note(id, text) {
  $(id).textContent = text;
  $(id).hidden = !text;
}

function suppliers(list) {
  $("suppliers").replaceChildren(
    ...list.flatMap((supplier) => {
      const lines = [...$("supplier").content.cloneNode(true).children];
      const { trouble, trouble_order, rate, ...rest } = supplier;
      const flying = `${supplier.in_flight}/${supplier.in_flight_max}`;
      for (const line of lines) fill(line, { ...rest, in_flight: flying, rate: rate ?? "—" });
      lines[0].dataset.is = supplier.pause || supplier.availability;
      lines[0].querySelector("a").href = supplier.href;
      lines[1].querySelector('[data-f="watched"]').hidden = !supplier.watched;
      lines[0].querySelector("th").title = supplier.name;
      if (rate === null) lines[0].querySelector('[data-f="rate"]').title = $("rate-none").textContent;
      if (trouble !== null) {
        fill(lines[1], { trouble: `${trouble}, ${supplier.trouble_when}`, trouble_order: `#${trouble_order}` });
        const link = lines[1].querySelector("a");
        link.href = `/orders/${trouble_order}`;
        link.hidden = false;
      }
      return lines;
    }),
  );
  $("health-table").hidden = list.length === 0;
  $("suppliers-empty").hidden = list.length > 0;
}

function show(state) {
  const money = state.balances;
  if (changed("money", money)) {
    accounts("agents", money.agents);
    note("agents-more", money.agents_more);
    $("agents-empty").hidden = money.agents.length > 0 || $("find").value !== "";
    accounts("agents-total", [money.agents_total]);
    accounts("supplier-money", money.suppliers);
    accounts("house", money.house);
  }
  if (changed("strip", state.strip)) showStrip(state.strip);
  if (changed("suppliers", state.suppliers)) suppliers(state.suppliers);
  if (changed("queue", state.queue)) showQueue(state.queue);
  note("queue-more", state.queue_more);
}

let asking = null;

function refresh() {
  asking ??= setTimeout(async () => {
    try {
      const answer = await fetch(`/console/state?lang=${words.lang}&find=${encodeURIComponent($("find").value)}`);
      show(await read(answer));
    } catch {
      // The stream says that the server is gone, and asks again when it is back.
    }
    asking = null;
  }, 700);
}

$("find").addEventListener("input", refresh);
document.addEventListener("juru:decided", refresh);

// ---------------------------------------------------------------- the stream

let source = null;
let retry = null;
const chat = watchChat(connect);

function say(is) {
  $("stream").dataset.is = is;
  $("stream-word").textContent = words[is];
}

function connect() {
  source?.close();
  clearTimeout(retry);
  const { agent, after } = chat.place();
  source = new EventSource(`/events?lang=${words.lang}&agent=${encodeURIComponent(agent)}&after=${after}`);
  source.addEventListener("open", () => {
    say("live");
    refresh();
  });
  source.addEventListener("error", () => {
    say("lost");
    if (source.readyState === EventSource.CLOSED) {
      retry = setTimeout(connect, 4000);
      refresh();
    }
  });
  source.addEventListener("orders", (event) => {
    const { rows: moved, missed } = JSON.parse(event.data);
    arrived(moved);
    if (missed) $("missed").textContent = worded("missed", { count: missed });
    if (!panel.hidden && moved.some((order) => order.id === opened)) open(opened, { quiet: true });
  });
  source.addEventListener("stale", refresh);
  source.addEventListener("chat", (event) => chat.told(JSON.parse(event.data)));
}

// ---------------------------------------------------------------- the three lines, the language

$("fresh")?.addEventListener("click", async () => {
  const answer = await fetch(`/console/lines?lang=${words.lang}`);
  for (const line of await answer.json()) $(`line-${line.key}`).textContent = line.text;
});

$("lang").addEventListener("click", (event) => {
  sessionStorage.setItem("juru.scroll", String(scrollY));
  event.currentTarget.href = event.currentTarget.getAttribute("href").split("#")[0] + location.hash;
});

say("connecting");
show(JSON.parse($("state").textContent));
connect();
openFromLink();
addEventListener("hashchange", openFromLink);
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => event.persisted && connect());
scrollTo(0, Number(sessionStorage.getItem("juru.scroll") ?? 0));
sessionStorage.removeItem("juru.scroll");
