import { browserSupportsWebAuthn } from '/assets/webauthn/helpers/browserSupportsWebAuthn.js';

// <form data-passkey="get|make" data-options="…" hidden>: the browser asks for face, finger or PIN, and the form carries
// the answer. Where there is no WebAuthn the form stays hidden, and <p data-no-passkey> is shown. What the ceremony needs
// is fetched when somebody is about to press the button.
const ceremonies = {
  get: async () => (await import('/assets/webauthn/methods/startAuthentication.js')).startAuthentication,
  make: async () => (await import('/assets/webauthn/methods/startRegistration.js')).startRegistration,
};

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!browserSupportsWebAuthn()) continue;
  form.hidden = false;
  for (const element of document.querySelectorAll('[data-no-passkey]')) element.hidden = true;
  const load = ceremonies[form.dataset.passkey];
  for (const hint of ['pointerover', 'focusin']) form.addEventListener(hint, load, { once: true });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const failure = form.querySelector('[data-failure]');
    failure.hidden = true;
    try {
      const start = await load();
      const answer = await start({ optionsJSON: JSON.parse(form.dataset.options) });
      form.elements.passkey.value = JSON.stringify(answer);
      form.submit();
    } catch {
      failure.hidden = false;
      dispatchEvent(new Event('pageshow'));
    }
  });
}
