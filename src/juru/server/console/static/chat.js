// The chat: a message keeps its id until it is answered, so that sending it again cannot order twice.

import { $, Refused, post, words } from "./place.js";

const examples = JSON.parse($("examples").textContent);
const form = $("chat-form");
const agent = $("chat-agent");
const text = $("chat-text");
const log = $("chat-log");
let messageId = crypto.randomUUID();
let after = -1;

function add(words_, kind, who) {
  $("chat-empty")?.remove();
  const line = document.createElement("p");
  line.className = kind;
  const name = document.createElement("b");
  name.textContent = who;
  line.append(name, " ", words_);
  log.append(line);
  while (log.children.length > 200) log.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
}

function showExamples() {
  const list = examples[agent.value] ?? [];
  const place = $("chat-examples");
  place.hidden = list.length === 0;
  for (const old of place.querySelectorAll("button")) old.remove();
  for (const example of list) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = example;
    button.addEventListener("click", () => {
      text.value = example;
      renew();
      text.focus();
    });
    place.append(button);
  }
}

function renew() {
  messageId = crypto.randomUUID();
  sessionStorage.setItem("juru.chat", JSON.stringify({ agent: agent.value, text: text.value }));
}

export function watchChat(reconnect) {
  if (!form) return { place: () => ({ agent: "", after: -1 }), told() {} };
  const kept = JSON.parse(sessionStorage.getItem("juru.chat") ?? "null");
  if (kept) {
    text.value = kept.text;
    if (agent.tagName === "INPUT" || examples[kept.agent]) agent.value = kept.agent;
  }
  showExamples();
  text.addEventListener("input", renew);
  agent.addEventListener("change", () => {
    after = -1;
    renew();
    showExamples();
    reconnect();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.main");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const said = { agent: agent.value, text: text.value, message_id: messageId };
    add(said.text, "mine", words.you);
    try {
      const { replies } = await post("/console/chat", said);
      for (const reply of replies) add(reply, "theirs", "Juru");
      text.value = "";
      renew();
    } catch (error) {
      add(error instanceof Refused ? error.message : words.no_answer, "theirs trouble", "Juru");
    }
    button.removeAttribute("aria-busy");
    text.focus();
  });
  return {
    place: () => ({ agent: agent.value, after }),
    told(news) {
      if (news.agent !== agent.value.toUpperCase()) return;
      for (const reply of news.later) {
        if (reply.id <= after) continue;
        after = reply.id;
        add(reply.text, "theirs", "Juru");
      }
    },
  };
}
