// A button with data-passkey asks the device, and sends its form with what it answered: "add" makes a key, a path asks there what to
// sign. What was wrong stands in the form's <output>.
const written = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const credential = (id) => ({ type: "public-key", id: bytes(id) });
const timeout = 300_000;

async function ask(path, form) {
  const body = new URLSearchParams(new FormData(form));
  body.delete("password");
  body.delete("passkey");
  const answer = await fetch(path, { method: "POST", body, headers: { accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message ?? `The server did not answer (${answer.status}). Load the page again.`);
  return said;
}

async function make(form) {
  const { challenge, site, person, name, title, known } = await ask("/api/passkey/offer", form);
  const publicKey = {
    challenge: bytes(challenge),
    rp: { id: site, name: "Gonogo" },
    user: { id: bytes(person), name, displayName: title },
    pubKeyCredParams: [-7, -8].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
    attestation: "none",
    excludeCredentials: known.map(credential),
    timeout,
  };
  const { rawId, response } = await navigator.credentials.create({ publicKey });
  return {
    credential: written(rawId),
    client: written(response.clientDataJSON),
    authenticator: written(response.getAuthenticatorData()),
  };
}

async function sign(path, form) {
  const { challenge, site, known } = await ask(path, form);
  const publicKey = {
    challenge: bytes(challenge),
    rpId: site,
    allowCredentials: known.map(credential),
    userVerification: "required",
    timeout,
  };
  const { rawId, response } = await navigator.credentials.get({ publicKey });
  return {
    credential: written(rawId),
    client: written(response.clientDataJSON),
    authenticator: written(response.authenticatorData),
    signature: written(response.signature),
  };
}

function send(form, answer) {
  const { passkey } = form.elements;
  passkey.value = JSON.stringify(answer);
  form.requestSubmit();
  passkey.value = "";
}

addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-passkey]");
  if (!button) return;
  const { form } = button;
  const { password } = form.elements;
  const output = form.querySelector("output");
  const path = button.dataset.passkey;
  output.textContent = "";
  button.disabled = true;
  try {
    // A passkey stands in for the password, but for adding another.
    password.required = path === "add";
    if (form.reportValidity()) send(form, await (path === "add" ? make(form) : sign(path, form)));
  } catch (error) {
    output.textContent =
      error.name === "NotAllowedError" ? "No passkey was used: it was called off, or took too long." : error.message;
  } finally {
    password.required = true;
    button.disabled = false;
  }
});
