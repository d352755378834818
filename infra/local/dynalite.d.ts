declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Closing the server closes the store too. */
  export default function dynalite(options: {
    /** Folder of the store; in memory without. */
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}
