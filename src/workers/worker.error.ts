/**
 * The service cannot start because of one of its workers; the message is what that worker had to say.
 */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
}
