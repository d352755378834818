/** `node deletions-run.ts ours|powertools|seed`: 1,000 deletions on a stack of their own; prints what they took. */
import { perAccount, startArena } from './arena.ts';
import { sequentially, withPowertools } from './others.ts';
import { batchesOf, oursAt, prepare, workSite } from './ours.ts';
import { units } from './units.ts';

export type Deletions = {
  wallMs: number;
  deleted: number;
  providerRequests: number;
  tableWrites: number;
  tableReads: number;
  writeUnits: number;
  readUnits: number;
};

const [way] = process.argv.slice(2);
const arena = await startArena();
const metered = units(arena.clients.dynamodb);
let work: () => Promise<unknown>;
if (way === 'ours') {
  const ours = oursAt(arena);
  await prepare(ours, arena.sites);
  const batches = await Promise.all(arena.sites.map((site) => batchesOf(ours, site, 'delete')));
  work = () => Promise.all(arena.sites.map((site, at) => workSite(ours, site, batches[at] ?? [])));
} else work = () => (way === 'powertools' ? withPowertools(arena) : sequentially(arena));

const writes = () =>
  ['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand'].map((name) => arena.calls.get(name) ?? 0);
const reads = () => ['GetItemCommand', 'BatchGetItemCommand', 'QueryCommand'].map((name) => arena.calls.get(name) ?? 0);
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const requests = () => sum(arena.sites.map(({ simulator }) => simulator.requests.length));
const before = { requests: requests(), writes: sum(writes()), reads: sum(reads()), ...metered() };
const started = performance.now();
await work();
const wallMs = performance.now() - started;
const after = metered();
const left = sum(arena.sites.map(({ simulator }) => simulator.state.size - 1));
const result: Deletions = {
  wallMs,
  deleted: arena.sites.length * perAccount - left,
  providerRequests: requests() - before.requests,
  tableWrites: sum(writes()) - before.writes,
  tableReads: sum(reads()) - before.reads,
  writeUnits: after.writeUnits - before.writeUnits,
  readUnits: after.readUnits - before.readUnits,
};
await arena.close();
console.log(JSON.stringify(result));
