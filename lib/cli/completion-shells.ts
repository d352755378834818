import { bash } from './completion-bash.ts';
import { fish } from './completion-fish.ts';
import { zsh } from './completion-zsh.ts';

/** The script of each shell, from what completion knows of the commands. */
export const scripts = { bash, zsh, fish } as const;
export type Shell = keyof typeof scripts;
