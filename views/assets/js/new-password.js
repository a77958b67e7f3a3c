// The checklist follows the typing. What only the server can judge (leaked passwords) stays open until the form is sent.
const password = document.getElementById('new-password');
const repeat = document.getElementById('new-password-repeat');
const rows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'abcdefghijklmnopqrstuvwxyz', '01234567890'];
const runs = rows.concat(rows.map((row) => [...row].reverse().join('')));
const personal = document
  .getElementById('rules')
  .dataset.personal.toLowerCase()
  .split(/[\s@.+-]+/)
  .filter((word) => word.length > 3);

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
  personal: (text) => personal.some((word) => text.toLowerCase().includes(word)),
  sequence: (text) => runs.some((run) => pieces(run).some((piece) => text.toLowerCase().includes(piece))),
  repeat: (text) => /(.)\1\1/.test(text),
};

function pieces(run) {
  return Array.from({ length: run.length - 3 }, (_, at) => run.slice(at, at + 4));
}

function check() {
  const text = password.value;
  for (const item of document.querySelectorAll('[data-rule]')) {
    const { rule } = item.dataset;
    if (rule === 'same') mark(item, repeat.value === '' ? undefined : repeat.value === text);
    else if (needs[rule]) mark(item, text === '' ? undefined : needs[rule](text) || undefined);
    else mark(item, avoids[rule]?.(text) ? false : undefined);
  }
  document.getElementById('same').hidden = repeat.value === '';
}

function mark(item, ok) {
  item.className = ok === undefined ? '' : ok ? 'ok' : 'bad';
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
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  document.getElementById('suggested').textContent = text;
  document.getElementById('suggestion').hidden = false;
});

password.addEventListener('input', check);
repeat.addEventListener('input', check);
if (password.value) check();
