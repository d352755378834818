import { child } from './child.ts';
import { type Figure, figure, median } from './figure.ts';
import type { VerifyRun } from './verify-size.ts';

/** Checking every story with its backup, on a table that costs nothing, at two sizes. */
export const benchVerify = async (): Promise<Figure[]> => {
  const measure = async (records: number, repeats: number): Promise<number[]> => {
    const { runs } = await child<VerifyRun>('verify-size.ts', [records, repeats]);
    return runs.map((ms) => ms / records);
  };
  const small = await measure(1000, 15);
  const large = await measure(10_000, 5);
  const seconds = large.map((ms) => ms * 1000);
  const linearity = large.map((ms) => ms / median(small));
  return [
    figure('verify.secondsPerMillion', seconds, 's', null, 'audit verify, CPU; measured on 10,000 deleted records'),
    figure('verify.linearity', linearity, '×', { atMost: 1.5 }, 'CPU a record at 10,000 against 1,000'),
  ];
};
