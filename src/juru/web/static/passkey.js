// Passkeys: ask the server what to ask, let the browser ask its owner, bring the answer back.

const csrf = document.querySelector("meta[name=csrf]").content;

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function send(where, body) {
  const headers = { "content-type": "application/json", "x-juru-csrf": csrf };
  const answer = await fetch(where, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
  return await answer.json();
}

const listed = (known) => known?.map((one) => ({ ...one, id: toBytes(one.id) }));

async function use(options) {
  const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: listed(options.allowCredentials) };
  const made = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = made.response;
  const response = {
    clientDataJSON: toText(clientDataJSON),
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null,
  };
  return { id: made.id, rawId: toText(made.rawId), type: made.type, response };
}

async function make(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: listed(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  const { clientDataJSON, attestationObject } = made.response;
  const response = { clientDataJSON: toText(clientDataJSON), attestationObject: toText(attestationObject) };
  return { id: made.id, rawId: toText(made.rawId), type: made.type, response };
}

// One way of going about it: what the form gives, then the passkey, then where the server sends us.
async function go(place, given, passkey) {
  const said = place.querySelector("[role=alert]");
  const button = place.querySelector("button");
  said.hidden = true;
  button.setAttribute("aria-busy", "true");
  let why = place.dataset.broken;
  try {
    const options = await send(place.dataset.begin, given);
    why = options.refused;
    if (!why) {
      why = place.dataset.left;
      const answer = await passkey(options);
      why = place.dataset.broken;
      const { to, refused } = await send(place.dataset.finish, answer);
      if (to) return location.assign(to);
      why = refused;
    }
  } catch (trouble) {
    // The browser's owner left, or the network did: what was under way is what is said.
    console.info(trouble.name);
  }
  button.removeAttribute("aria-busy");
  said.textContent = why;
  said.hidden = false;
}

if (window.PublicKeyCredential) {
  for (const place of document.querySelectorAll("[data-passkey]")) {
    place.hidden = false;
    place.querySelector("button").addEventListener("click", () => go(place, {}, use));
  }
  for (const form of document.querySelectorAll("[data-passkey-new]")) {
    form.hidden = false;
    document.getElementById("no-passkey").hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      go(form, { name: form.elements.name.value, password: form.elements.password.value }, make);
    });
  }
}
