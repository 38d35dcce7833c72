// The page Alerts: what is wrong now is put in place anew whenever the book has moved and it reads differently.

const standing = document.getElementById("standing");
let shown = null;
let asking = null;
let source = null;
let retry = null;

async function look() {
  try {
    const answer = await fetch(standing.dataset.part);
    if (answer.status === 401) return location.reload();
    const html = answer.ok ? await answer.text() : shown;
    if (html === shown || standing.contains(document.activeElement)) return;
    // What is put in place reads back otherwise than it was sent, so what was sent is compared.
    standing.innerHTML = shown = html;
  } catch {
    // The stream connects again, and then it is looked for anew.
  }
}

function soon() {
  asking ??= setTimeout(async () => {
    await look();
    asking = null;
  }, 700);
}

function connect() {
  clearTimeout(retry);
  source = new EventSource("/events");
  source.addEventListener("open", soon);
  source.addEventListener("stale", soon);
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, 4000);
  });
}

connect();
setInterval(look, 60_000);
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => event.persisted && connect());
