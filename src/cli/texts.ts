interface Change {
  client_id: string;
  action: 'add' | 'change' | 'remove';
  fields: Record<string, { from?: unknown; to?: unknown }>;
}

/** Columns as wide as their widest cell. */
export function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function describeClient({
  client_secret: _,
  client_secret_expires_at: __,
  ...client
}: Record<string, unknown>): string {
  return table(Object.entries(client).map(([name, value]) => [`  ${name}`, brief(value)]));
}

/** `+` a client that comes, `~` one that changes, `-` one that goes. */
export function describePlan(changes: Change[]): string {
  if (changes.length === 0) return 'Nothing to do: the register is as the file says.';
  const count = (action: Change['action']) => changes.filter((change) => change.action === action).length;
  const sum = `${count('add')} to add, ${count('change')} to change, ${count('remove')} to remove.`;
  return [...changes.map(describeChange), sum].join('\n\n');
}

function describeChange({ client_id: id, action, fields }: Change): string {
  if (action === 'remove') return `- ${id}`;
  const lines = Object.entries(fields).map(([name, { from, to }]) =>
    action === 'add' ? `    ${name}: ${brief(to)}` : `    ${name}: ${brief(from)} → ${brief(to)}`,
  );
  return [`${action === 'add' ? '+' : '~'} ${id}`, ...lines].join('\n');
}

/** A certificate fills a screen; its beginning tells it from another. */
function brief(value: unknown): string {
  if (value === undefined) return '(none)';
  return JSON.stringify(value).replace(
    /-----BEGIN CERTIFICATE-----(?:\\n)?([^"]*?)-----END CERTIFICATE-----(?:\\n)?/g,
    (_, body: string) => {
      const base64 = body.replaceAll(String.raw`\n`, '');
      return `certificate …${base64.slice(-24)}`;
    },
  );
}
