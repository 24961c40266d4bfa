// A button with data-copy copies that text. Where the browser does not permit it, the text before the button is selected instead.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button || button.dataset.words) return;
  button.dataset.words = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    const shown = button.previousElementSibling ?? button.parentElement.previousElementSibling;
    if (shown) getSelection().selectAllChildren(shown);
    button.textContent = "Select and copy it by hand";
  }
  setTimeout(() => {
    button.textContent = button.dataset.words;
    delete button.dataset.words;
  }, 3000);
});
