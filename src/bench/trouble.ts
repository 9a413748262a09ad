/**
 * What can be wrong around the service, and how each part of its surroundings shows that it was.
 */
export interface Trouble {
  readonly database?: 'slow' | 'blocked';
  readonly webhooks?: 'hanging' | 'refusing' | 'endless';
  readonly stock?: 'hanging' | 'slow' | 'large';
  readonly readers?: 'slow' | 'unread' | 'flood';
  readonly requests?: 'flood';
}

/** What happened, counted under the words in which it is shown. */
export type Proof = Readonly<Record<string, number>>;

/** The service as its API is reached. */
export interface Api {
  readonly url: string;
  readonly key: string;
}

/** A part of the surroundings that the service turns to: it is there all the time, and well until it is told otherwise. */
export interface Asked<Kind extends string> {
  readonly port: number;
  /** Begins to count. */
  begin(kind: Kind | undefined): void;
  /** What happened since. */
  readonly proof: Proof;
  /** All is well from here on, and whoever waits is answered. */
  end(): void;
}

/** A part that turns to the service, while there is trouble. */
export interface Asking {
  /** Stops, and tells what happened. */
  end(): Promise<Proof>;
}
