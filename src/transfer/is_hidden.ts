/** Names that lie in folders by themselves. */
const HIDDEN = /(^|[\\/])(thumbs\.db|desktop\.ini|\.[^\\/.][^\\/]*|__macosx)([\\/]|$)|\.db-(wal|shm|journal)$/i;

/** Whether something in a folder or an archive is nobody's input, and not worth a word: what systems and databases leave. */
export function isHidden(path: string): boolean {
  return HIDDEN.test(path);
}
