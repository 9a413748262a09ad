/**
 * The store cannot be used, said in one line for whoever starts the service. Never holds the address: it has a password in it.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
