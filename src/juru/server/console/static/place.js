// Placing text: elements by id, templates, and the words of the page's language.

export const $ = (id) => document.getElementById(id);
export const words = JSON.parse($("browser").textContent);

export const worded = (key, facts) => words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);

export const clone = (id) => $(id).content.firstElementChild.cloneNode(true);

export function fill(element, facts) {
  for (const part of element.querySelectorAll("[data-f]")) {
    const value = facts[part.dataset.f];
    if (value !== undefined && part.textContent !== String(value)) part.textContent = value;
  }
}

export class Refused extends Error {}

// What came back from the server itself; a session that is over leads to the login page and back to here.
export async function read(answer) {
  if (answer.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const body = await answer.json();
  if (body?.refused) throw new Refused(body.refused);
  return body;
}

export async function post(path, body) {
  const answer = await fetch(`${path}?lang=${words.lang}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-juru-csrf": document.querySelector('meta[name="csrf"]').content,
    },
    body: JSON.stringify(body),
  });
  return read(answer);
}
