const embeddable = ['contacts', 'addresses', 'documents', 'vehicles', 'organizations', 'kids'] as const;
export type Embeddable = (typeof embeddable)[number];

export interface Embedding {
  /** Whole elements in the collection itself. */
  elements: boolean;
  /** Collections inside the person. */
  members: Embeddable[];
}

/** `(elements)`, `(contacts.elements-1,documents.elements)`, raw or percent-encoded; what is not understood is passed over. */
export function parseEmbed(text: string): Embedding {
  const parts = text
    .slice(0, 500)
    .replaceAll(/[()\s]/g, '')
    .split(',')
    .map((part) => part.replace(/-\d+$/, ''));
  return {
    elements: parts.includes('elements'),
    members: embeddable.filter((member) => parts.some((part) => part === member || part === `${member}.elements`)),
  };
}
