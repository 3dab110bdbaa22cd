/** pino-roll ships no types; this is the part of 3.1 that is used. */
declare module 'pino-roll' {
  interface RollingStream {
    /** Path of the part being written. */
    readonly file: string;
    write(line: string): boolean;
    flushSync(): void;
    end(): void;
    reopen(file?: string): void;
    on(event: 'ready' | 'drain' | 'close', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }
  export default function pinoRoll(options: {
    file: () => string;
    frequency?: 'daily' | number;
    size?: string;
    mkdir?: boolean;
    sync?: boolean;
  }): Promise<RollingStream>;
}
