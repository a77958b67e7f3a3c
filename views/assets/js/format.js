// Phone numbers and codes take any form when pasted, and are grouped when the person leaves the field, never under their fingers.
const shapes = {
  phone(text) {
    const digits = text.replace(/\D/g, '');
    const russian = /^[78]?(9\d{9})$/.exec(digits)?.[1];
    if (!russian || (text.trim().startsWith('+') && !digits.startsWith('7'))) return text.trim();
    return russian.replace(/(...)(...)(..)(..)/, '+7 $1 $2-$3-$4');
  },
  date: (text) => text.trim().replace(/^(\d{2})\D?(\d{2})\D?(\d{4})$/, '$1.$2.$3'),
  snils: (text) =>
    /^\D*(\d\D*){11}$/.test(text) ? text.replace(/\D/g, '').replace(/^(...)(...)(...)(..)$/, '$1-$2-$3 $4') : text,
  department: (text) => text.trim().replace(/^(\d{3})\D?(\d{3})$/, '$1-$2'),
  letter: (text) => (/^\D*(\d\D*){16}$/.test(text) ? text.replace(/\D/g, '').replace(/(....)(?=.)/g, '$1-') : text),
  code: (text) => text.replace(/\D/g, ''),
};

for (const input of document.querySelectorAll('[data-format]')) {
  const shape = shapes[input.dataset.format];
  input.addEventListener(input.dataset.format === 'code' ? 'input' : 'change', () => {
    const shaped = shape(input.value);
    if (shaped !== input.value) input.value = shaped;
  });
}
