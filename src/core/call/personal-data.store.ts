/**
 * Port: ended calls by what their records still say of people.
 */
import type { Call } from './call.js';

/** What can be taken out of a record: see `CallErasure`. */
export type PersonalPart = 'transcript' | 'person';

/** Every method rejects with CordboardError `store-away` while the store cannot be reached. */
export abstract class PersonalDataStore {
  /**
   * Calls with somebody at this number at their other end, live ones too, the oldest first.
   * @param behind the last call of the page before.
   */
  abstract ofPerson(number: string, limit: number, behind?: Call): Promise<readonly Call[]>;
  /**
   * Ended calls whose record still has that part, the oldest first.
   * @param createdBefore milliseconds since the Unix epoch.
   */
  abstract keeping(part: PersonalPart, createdBefore: number, limit: number): Promise<readonly Call[]>;
  /**
   * Forgets what calls to one number were counted by.
   * @param createdBefore milliseconds since the Unix epoch.
   */
  abstract forgetDestinations(createdBefore: number): Promise<void>;
}
