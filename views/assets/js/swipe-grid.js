// A finger, a mouse or the keys draw the digits into the field above. A new stroke begins anew.
for (const grid of document.querySelectorAll('.swipe-grid')) {
  const field = document.getElementById(grid.dataset.for);
  const nodes = [...grid.children];
  let drawing = false;
  grid.hidden = false;

  const show = () => {
    for (const node of nodes) node.classList.toggle('passed', field.value.includes(node.dataset.node));
  };
  const pass = (node) => {
    if (!node?.dataset?.node || field.value.includes(node.dataset.node)) return;
    field.value += node.dataset.node;
    show();
  };
  const under = ({ clientX, clientY }) => {
    const found = document.elementFromPoint(clientX, clientY);
    return grid.contains(found) ? found : undefined;
  };

  grid.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    drawing = true;
    field.value = '';
    pass(under(event));
  });
  addEventListener('pointermove', (event) => drawing && pass(under(event)));
  addEventListener('pointerup', () => (drawing = false));
  grid.addEventListener('keydown', (event) => {
    if (event.key === 'Backspace') field.value = field.value.slice(0, -1);
    else if (event.key === 'Enter' || event.key === ' ') pass(event.target);
    else if (/^[1-9]$/.test(event.key)) pass(nodes[event.key - 1]);
    else return;
    event.preventDefault();
    show();
  });
  field.addEventListener('input', show);
}
