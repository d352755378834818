/**
 * The states of a record and every way between them. This table is the law: `move` in record.ts refuses whatever is not in
 * it, and the condition of each write names the states from which its row may start.
 *
 *   proposed → approved → disabling → observing → deleting → deleted
 *                                   ↘ disabled (rest, from `--step disable`)
 *   back: restoring → kept (we put it back) | restored (a person asked)      other ends: kept, gone, failed
 *
 * `held` is no state but a flag on an open record: it waits for a person.
 */
export const states = [
  'proposed',
  'approved',
  'disabling',
  'observing',
  'deleting',
  'restoring',
  'disabled',
  'deleted',
  'kept',
  'gone',
  'failed',
  'restored',
] as const;
export type State = (typeof states)[number];

/** Who may make a move. */
export type By =
  | 'scan'
  | 'approve'
  | 'auto'
  | 'enqueue'
  | 'veto'
  | 'lapse'
  | 'claim'
  | 'worker'
  | 'finish'
  | 'sweep'
  | 'restore';

type Row = { from: readonly (State | null)[]; to: readonly State[]; by: readonly By[] };

export const transitions: readonly Row[] = [
  { from: [null, 'kept', 'gone', 'failed', 'restored'], to: ['proposed'], by: ['scan', 'approve', 'enqueue'] },
  { from: ['proposed'], to: ['approved'], by: ['approve', 'auto', 'enqueue'] },
  { from: ['proposed'], to: ['kept', 'gone'], by: ['scan', 'veto', 'lapse'] },
  { from: ['approved'], to: ['disabling'], by: ['claim'] },
  { from: ['approved'], to: ['observing'], by: ['worker'] },
  { from: ['approved'], to: ['kept', 'gone', 'failed'], by: ['worker', 'veto', 'scan'] },
  // The rest of a plan that its canary halted.
  { from: ['approved'], to: ['kept'], by: ['lapse'] },
  { from: ['disabling'], to: ['observing', 'disabled'], by: ['finish'] },
  { from: ['disabling'], to: ['disabling'], by: ['claim'] },
  { from: ['disabling'], to: ['kept', 'failed', 'gone'], by: ['finish'] },
  {
    from: ['disabling', 'observing', 'deleting'],
    to: ['restoring'],
    by: ['finish', 'worker', 'veto', 'sweep', 'scan'],
  },
  { from: ['observing'], to: ['deleting'], by: ['claim'] },
  { from: ['observing'], to: ['kept', 'gone'], by: ['worker', 'veto', 'scan'] },
  { from: ['deleting'], to: ['deleting'], by: ['claim'] },
  { from: ['deleting'], to: ['deleted', 'gone', 'failed', 'kept'], by: ['finish'] },
  { from: ['deleted', 'disabled', 'observing', 'failed'], to: ['restoring'], by: ['restore'] },
  // The mark on what a restore created, so that no rule sweeps it again.
  { from: [null, 'kept', 'gone', 'failed'], to: ['restored'], by: ['restore'] },
  { from: ['restoring'], to: ['restoring'], by: ['claim'] },
  { from: ['restoring'], to: ['kept', 'restored', 'failed'], by: ['finish'] },
];

/** States in which something is still to happen. */
export const openStates = ['proposed', 'approved', 'disabling', 'observing', 'deleting', 'restoring'] as const;
export type OpenState = (typeof openStates)[number];
export const isOpen = (state: State): state is OpenState => (openStates as readonly State[]).includes(state);

/** States from which this move may start, by the table. */
export const sources = (to: State, by: By): readonly (State | null)[] =>
  transitions.filter((row) => row.to.includes(to) && row.by.includes(by)).flatMap((row) => row.from);

export const isLegal = (from: State | null, to: State, by: By): boolean => sources(to, by).includes(from);

/** Calls that change something at a provider. */
export type Step = 'disable' | 'delete' | 'restore';

/** What is called at the provider, and the step that it serves. */
export const stepOfCall = { disable: 'disable', delete: 'delete', enable: 'restore', create: 'restore' } as const;
export type CallName = keyof typeof stepOfCall;

/** Calls that put something back: no stop and no budget holds them, and they need no cover. */
export const isWayBack = (call: CallName): boolean => stepOfCall[call] === 'restore';

/** The step that moves an open record on, or null where a person or a scan has to. */
export const stepOf: Readonly<Record<State, Step | null>> = {
  proposed: null,
  approved: 'disable',
  disabling: 'disable',
  observing: 'delete',
  deleting: 'delete',
  restoring: 'restore',
  disabled: null,
  deleted: null,
  kept: null,
  gone: null,
  failed: null,
  restored: null,
};
