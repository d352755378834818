import { Hono } from 'hono';
import { html } from 'hono/html';
import { plain } from '../cli/plain.ts';
import type { Clock, Random } from '../clock.ts';
import { reportOf } from '../failure.ts';
import { type ActName, actNames, acts } from './acts.ts';
import { assets } from './assets.ts';
import { confirmPart } from './confirm.ts';
import { type Desk, revisionOf } from './desk.ts';
import { type DoorSettings, door, type Env } from './door.ts';
import { problemsOf } from './fields.ts';
import { createForms, type Forms, type Outcome } from './forms.ts';
import { type Asked, queryOf, showListing, showOverview, showStory, showWhy } from './looks.ts';
import { meantBy } from './meant.ts';
import { notice, page } from './page.ts';
import { fieldsOf, namedBy, writtenIn } from './submission.ts';

export type ConsoleSettings = DoorSettings & { desk: Desk; clock: Clock; random: Random };

const subjectOf = (act: ActName, target: string): string => `${act} ${target}`;

const showForm = async (c: Asked, desk: Desk, forms: Forms, act: ActName) => {
  const target = queryOf(c, 'target');
  const meant = await desk.read((service) => meantBy(service, act, target));
  const form = forms.issue(c.get('session'), subjectOf(act, target));
  return c.html(page({ title: acts[act].question, where: desk.where }, confirmPart(meant, form, {}, {})));
};

const refusals = {
  sent: 'This form was sent already. Nothing was done a second time.',
  old: 'This form was opened too long ago, and what it showed may have changed. Nothing was done.',
  foreign: 'This form was not made here, or not for this. Nothing was done.',
} as const;

/** Carries out what was sent. Whatever comes of it is what the form's name stands for from now on. */
const outcomeOf = async (title: string, carryOut: () => Promise<Outcome['lines']>): Promise<Outcome> => {
  try {
    return { title, lines: await carryOut() };
  } catch (error) {
    const { message, hint } = reportOf(error).failure;
    return { title, lines: [{ ok: false, text: `${message}; ${hint}` }] };
  }
};

const takeForm = async (c: Asked, { desk, clock }: ConsoleSettings, forms: Forms, act: ActName) => {
  const session = c.get('session');
  const body = await c.req.parseBody();
  const { form, target } = namedBy(body);
  return desk.change(async (service) => {
    const meant = await meantBy(service, act, target);
    const fields = fieldsOf(meant);
    const written = writtenIn(body, fields);
    const problems = problemsOf(fields, written, clock.now());
    const { question: title, label } = acts[act];
    if (meant.obstacle !== null || Object.keys(problems).length > 0) {
      const again = forms.issue(session, subjectOf(act, target));
      return c.html(page({ title, where: desk.where }, confirmPart(meant, again, written, problems)), 422);
    }
    const standing = forms.take(form, session, subjectOf(act, target));
    if (standing !== 'new')
      return c.html(notice({ title: 'Nothing was done', where: desk.where }, [refusals[standing]]), 409);
    const outcome = await outcomeOf(label, () =>
      acts[act].carryOut(service, { target, reason: written.reason ?? '', written }, clock.now()),
    );
    forms.settle(form, outcome);
    return c.redirect(`done?${new URLSearchParams({ form })}`, 303);
  });
};

const showOutcome = async (c: Asked, desk: Desk, forms: Forms) => {
  const outcome = forms.outcomeOf(queryOf(c, 'form'), c.get('session'));
  const frame = { title: outcome?.title ?? 'Nothing to show', where: desk.where };
  if (outcome === undefined) return c.html(notice(frame, ['Nothing was sent here, or it was long ago.']), 404);
  if (outcome === null) return c.html(notice(frame, ['It is being carried out. Reload this page.']));
  const lines = outcome.lines.map(
    ({ ok, text }) =>
      html`<li class="${ok ? 'done' : 'problem'}"><strong>${ok ? 'Done' : 'Not done'}</strong> ${plain(text)}</li>`,
  );
  const next = (await desk.isAtWork())
    ? ''
    : html`<p>Next: <code>hooksweep run --until-idle</code> carries it out.</p>`;
  const part = html`
<section class="panel said" role="status"><ul>${lines}</ul>${next}<p><a href="./">Back to the overview</a></p></section>`;
  return c.html(page(frame, part));
};

/** The console as an application: every request passes the door, looking changes nothing, and each form works once. */
export const consoleApp = (settings: ConsoleSettings): Hono<Env> => {
  const { desk, clock, random, base } = settings;
  const forms = createForms(clock, random);
  const app = new Hono<Env>();
  app.use('*', ...door(settings));
  app.get(base, (c) => showOverview(c, desk, clock));
  app.get(`${base}webhook`, (c) => showStory(c, desk));
  app.get(`${base}webhooks`, (c) => showListing(c, desk));
  app.get(`${base}why`, (c) => showWhy(c, desk));
  app.get(`${base}revision`, async (c) => c.text(await revisionOf(desk)));
  app.get(`${base}done`, (c) => showOutcome(c, desk, forms));
  for (const act of actNames) {
    app.get(`${base}${act}`, (c) => showForm(c, desk, forms, act));
    app.post(`${base}${act}`, (c) => takeForm(c, settings, forms, act));
  }
  for (const { name, type, text } of assets())
    app.get(`${base}${name}`, (c) => c.body(text, 200, { 'content-type': type }));
  app.notFound((c) => c.html(notice({ title: 'There is no such page', where: desk.where }, []), 404));
  app.onError((error, c) => {
    const { failure, exitCode } = reportOf(error);
    const said = notice({ title: 'This did not work', where: desk.where }, [failure.message], failure.hint);
    return c.html(said, failure.code === 'internal' ? 500 : exitCode === 4 ? 409 : 400);
  });
  return app;
};
