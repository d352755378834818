import { afterAll, describe, it } from 'vitest';
import { cancelBehaviours } from './cancel.ts';
import { environmentBehaviours } from './environment.ts';
import { faultBehaviours } from './faults.ts';
import { idBehaviours } from './ids.ts';
import { listBehaviours } from './lists.ts';
import { createMatrix } from './matrix.ts';
import { outcomeBehaviours } from './outcomes.ts';
import { partialBehaviours } from './partial.ts';
import { restoreBehaviours } from './restore.ts';
import { secretBehaviours } from './secrets.ts';
import { stepBehaviours } from './steps.ts';
import { type Behaviour, subjects } from './subject.ts';

const behaviours: readonly Behaviour[] = [
  ...listBehaviours,
  ...partialBehaviours,
  ...stepBehaviours,
  ...outcomeBehaviours,
  ...faultBehaviours,
  ...restoreBehaviours,
  ...secretBehaviours,
  ...cancelBehaviours,
  ...idBehaviours,
  ...environmentBehaviours,
];
const matrix = createMatrix(behaviours.map(({ column }) => column));

afterAll(() => matrix.print());

for (const subject of await subjects()) {
  describe(`the adapter of ${subject.name}`, () => {
    for (const { column, title, unless, holds, instead } of behaviours) {
      const reason = unless?.(subject) ?? null;
      const name = reason === null ? title : `${title} – does not apply: ${reason}`;
      const act = reason === null ? holds : (instead ?? holds);
      it(name, () => matrix.mark(subject.name, column, reason === null ? '✓' : '–', () => act(subject)));
    }
  });
}
