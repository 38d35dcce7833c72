// Copy buttons: what people copy is an SN, a number, a reference, a whole line.

const page = document.getElementById("browser");
const words = page ? JSON.parse(page.textContent) : {};

async function copy(button, text) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = false;
  }
  const word = button.dataset.word ?? button.textContent;
  button.dataset.word = word;
  button.textContent = done ? (words.copied ?? "✓") : (words.not_copied ?? "✗");
  button.classList.toggle("done", done);
  setTimeout(() => {
    button.textContent = word;
    button.classList.remove("done");
  }, 1600);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  event.stopPropagation();
  const source = "copySn" in button.dataset ? button.previousElementSibling : document.getElementById(button.dataset.copy);
  const text = source.textContent.trim();
  copy(button, "digits" in button.dataset ? text.replaceAll("-", "") : text);
});
