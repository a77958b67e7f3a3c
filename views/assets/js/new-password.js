// The checklist follows the typing. What only the server can judge (leaked passwords) stays open until the form is sent.
const password = document.getElementById('new-password');
const repeat = document.getElementById('new-password-repeat');
const rows = ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./', 'abcdefghijklmnopqrstuvwxyz', '0123456789'];
const runs = rows.concat(rows.map((row) => [...row].reverse().join('')));
const { name, contact } = document.getElementById('rules').dataset;
const words = [...name.split(/\s+/), contact.includes('@') ? contact.split('@')[0] : '']
  .map((word) => word.toLowerCase())
  .filter((word) => word.length >= 3);
const phone = contact.includes('@') ? '' : contact.replace(/\D/g, '').slice(-7);

const needs = {
  length: (text) => text.length >= 8 && text.length <= 128,
  length_first: (text) => text.length >= 15 && text.length <= 128,
  upper: (text) => /[A-Z]/.test(text),
  lower: (text) => /[a-z]/.test(text),
  digit: (text) => /\d/.test(text),
  punctuation: (text) => /[!-/:-@[-`{-~]/.test(text),
  ascii: (text) => /^[ -~]+$/.test(text),
};
const avoids = {
  personal: (text) =>
    words.some((word) => text.toLowerCase().includes(word)) ||
    (phone.length === 7 && text.replace(/\D/g, '').includes(phone)),
  sequence: (text) => /(.)\1{3}/i.test(text) || runs.some((run) => hasPiece(text.toLowerCase(), run)),
};

function hasPiece(text, run) {
  for (let at = 0; at + 4 <= run.length; at++) if (text.includes(run.slice(at, at + 4))) return true;
  return false;
}

function check() {
  const text = password.value;
  for (const item of document.querySelectorAll('[data-rule]')) {
    const { rule } = item.dataset;
    // Not wrong while the second one is still being typed.
    if (rule === 'same') mark(item, repeat.value === text || (text.startsWith(repeat.value) ? undefined : false));
    else if (needs[rule]) mark(item, text === '' ? undefined : needs[rule](text) || undefined);
    else mark(item, avoids[rule]?.(text) ? false : undefined);
  }
  document.getElementById('same').hidden = repeat.value === '';
}

function mark(item, ok) {
  item.className = ok === undefined ? '' : ok ? 'ok' : 'bad';
  // What the server said in words of the password before this one.
  item.querySelector('strong')?.remove();
}

// Four groups of four, without the characters that look alike.
function suggest() {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';
  const pick = () => {
    const [random] = crypto.getRandomValues(new Uint32Array(1));
    return random < 2 ** 32 - (2 ** 32 % letters.length) ? letters[random % letters.length] : pick();
  };
  const group = () => Array.from({ length: 4 }, pick).join('');
  const text = Array.from({ length: 4 }, group).join('-');
  const good = Object.values(needs).every((is) => is(text)) && !Object.values(avoids).some((is) => is(text));
  return good ? text : suggest();
}

document.getElementById('suggest-password').addEventListener('click', (event) => {
  event.preventDefault();
  const text = suggest();
  for (const input of [password, repeat]) {
    input.value = text;
    input.type = 'text';
    input.removeAttribute('aria-invalid');
    document.getElementById(`${input.id}-error`).hidden = true;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  document.getElementById('error-summary')?.remove();
  document.getElementById('suggested').textContent = text;
  document.getElementById('suggestion').hidden = false;
});

password.addEventListener('input', check);
// Whoever types one is told how strong it is; a suggested one is.
password.addEventListener('input', function load(event) {
  if (!event.isTrusted) return;
  password.removeEventListener('input', load);
  import(document.getElementById('strength').dataset.module).catch(() => undefined);
});
repeat.addEventListener('input', check);
if (password.value) check();
