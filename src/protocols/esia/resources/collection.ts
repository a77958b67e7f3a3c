import { createHash } from 'node:crypto';

/** A thing in a collection; `id` stands in its address. */
export type Resource = Record<string, unknown> & { id?: number };

export interface CollectionForm {
  /** Where the collection is, without a trailing slash. */
  url: string;
  /** Whole elements instead of their addresses. */
  isEmbedded: boolean;
}

/** The envelope of every collection. */
export function collection(elements: readonly Resource[], { url, isEmbedded }: CollectionForm) {
  const listed = isEmbedded ? elements : elements.map(({ id }) => `${url}/${id}`);
  return { stateFacts: ['hasSize'], size: elements.length, eTag: eTagOf(elements), elements: listed };
}

/** As ESIA marks versions: forty upper-case hexadecimal characters. */
export function withETag<T extends object>(resource: T): T & { eTag: string } {
  return { ...resource, eTag: eTagOf(resource) };
}

function eTagOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 40).toUpperCase();
}
