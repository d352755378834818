import { apply } from './apply.ts';
import { approve, release } from './decisions.ts';
import { enqueue } from './enqueue.ts';
import { replace } from './replace.ts';
import { restore } from './restore.ts';
import { start } from './switches.ts';

/** Lets something happen at a provider. */
export const decide = { enqueue, approve, release, apply, restore, replace, start } as const;
