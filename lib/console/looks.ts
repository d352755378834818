import type { Context as Request } from 'hono';
import type { Clock } from '../clock.ts';
import { CommandError } from '../failure.ts';
import { type Desk, isAtRest, revisionOf } from './desk.ts';
import type { Env } from './door.ts';
import { listingPart } from './listing.ts';
import { overviewPart, readOverview } from './overview.ts';
import { page } from './page.ts';
import { storyPart } from './story.ts';
import { titleOf } from './subject.ts';
import { askWhyPart, wantedBy, whyPart, whyTitle } from './why.ts';

export type Asked = Request<Env>;

export const queryOf = (c: Asked, name: string): string => c.req.query(name) ?? '';

export const showOverview = async (c: Asked, desk: Desk, clock: Clock) => {
  const revision = await revisionOf(desk);
  const overview = await desk.read((service) => readOverview(service, clock.now()));
  return c.html(
    page(
      { title: 'Overview', where: desk.where, live: { revision, lookMs: desk.lookMs } },
      overviewPart(overview, isAtRest(revision) ? null : desk.worker),
    ),
  );
};

export const showStory = async (c: Asked, desk: Desk) => {
  const revision = await revisionOf(desk);
  const name = queryOf(c, 'record');
  const [record] = (await desk.read((service) => service.query({ filter: { webhook: name }, limit: 1 }))).records;
  if (record?.record !== name) {
    const hint = 'go back to the overview and choose it there';
    throw new CommandError({ code: 'unknown-record', message: `there is no record ${name}`, hint });
  }
  return c.html(
    page(
      { title: `Story of ${titleOf(record)}`, where: desk.where, live: { revision, lookMs: desk.lookMs } },
      storyPart(record),
    ),
  );
};

export const showListing = async (c: Asked, desk: Desk) => {
  const [state = '', account = '', url = '', cursor = ''] = ['state', 'account', 'url', 'cursor'].map((name) =>
    queryOf(c, name),
  );
  const part = await desk.read((service) => listingPart(service, { state, account, url, cursor }));
  return c.html(page({ title: 'All webhooks', where: desk.where }, part));
};

/** Asks the provider for its lists, so it holds still: nobody's open page calls a provider again and again. */
export const showWhy = async (c: Asked, desk: Desk) => {
  const [record = '', account = '', webhook = '', scope = ''] = ['record', 'account', 'webhook', 'scope'].map((name) =>
    queryOf(c, name),
  );
  const asked = { record, account, webhook, scope };
  const wanted = wantedBy(asked);
  if (wanted === null) {
    const { accounts } = await desk.read((service) => service.status());
    return c.html(page({ title: 'Ask why', where: desk.where }, askWhyPart(accounts, asked)));
  }
  const why = await desk.read((service) => service.why(wanted));
  return c.html(page({ title: `Why ${whyTitle(why)}`, where: desk.where }, whyPart(why)));
};
