/** Something that is opened for use and closed behind it. */
type Closable = { close(): Promise<void> };

/**
 * One opened thing for all who use it at the same time. It is closed when the last of them is through, so that between two
 * looks at a page other processes get the folder.
 */
export const shared = <T extends Closable>(open: () => Promise<T>) => {
  let current: { opened: Promise<T>; users: number } | null = null;
  return async <R>(use: (opened: T) => Promise<R>): Promise<R> => {
    current ??= { opened: open(), users: 0 };
    const mine = current;
    mine.users += 1;
    try {
      return await use(await mine.opened);
    } finally {
      mine.users -= 1;
      if (mine.users === 0) {
        current = null;
        await mine.opened.then(
          (opened) => opened.close(),
          // Whoever asked was told why it did not open.
          () => undefined,
        );
      }
    }
  };
};
