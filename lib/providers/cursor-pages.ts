import { limits } from '../limits.ts';
import type { Webhook } from '../webhook.ts';
import type { Listing } from './contract.ts';

/** Why there is no list. */
export type Unlisted = Exclude<Listing, { status: 'complete' }>;
/** One page, and the cursor of the next one, or null at the end. */
export type Page = { status: 'page'; webhooks: readonly Webhook[]; next: string | null };

export const notAList = (status: Unlisted['status'], kind: 'retry' | 'refused', why: string): Unlisted => ({
  status,
  outcome: { kind, why: `the list of webhooks ${why}` },
});

/**
 * Reads page after page up to the one that says that it is the last. Whole or nothing: a page that cannot be read, an id
 * that comes twice, a cursor that comes again or a list without end, and nothing is proved.
 *
 * @param read gets the cursor of the page, null for the first
 */
export const listPages = async (read: (cursor: string | null) => Promise<Page | Unlisted>): Promise<Listing> => {
  const webhooks = new Map<string, Webhook>();
  const cursors = new Set<string>();
  let cursor: string | null = null;
  for (let pages = 1; pages <= limits.listPagesMax; pages += 1) {
    const page = await read(cursor);
    if (page.status !== 'page') return page;
    for (const webhook of page.webhooks) {
      if (webhooks.has(webhook.id)) return notAList('incomplete', 'retry', `has one id twice, on page ${pages}`);
      webhooks.set(webhook.id, webhook);
    }
    if (page.next === null) return { status: 'complete', webhooks: [...webhooks.values()] };
    if (page.webhooks.length === 0)
      return notAList('incomplete', 'retry', `says on page ${pages}, which is empty, that there is more`);
    if (cursors.has(page.next)) return notAList('incomplete', 'retry', `repeats a cursor on page ${pages}`);
    cursors.add(page.next);
    cursor = page.next;
  }
  return notAList('incomplete', 'refused', `does not end within ${limits.listPagesMax} pages`);
};

/** What a page that could not be had means: behind the first one some of the list was read. */
export const withoutPage = (cursor: string | null, listing: Listing): Unlisted => {
  if (listing.status === 'complete') throw new Error('a complete list has every page');
  return cursor === null ? listing : { ...listing, status: 'incomplete' };
};
