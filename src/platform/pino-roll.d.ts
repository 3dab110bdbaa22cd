/** pino-roll ships no types; this is the part of 3.1 that is used. */
declare module 'pino-roll' {
  export interface RollingStream {
    /** Path of the part being written. */
    readonly file: string;
    readonly fd: number;
    write(line: string): boolean;
    end(): void;
    destroy(): void;
    reopen(file?: string): void;
    on(event: 'ready' | 'drain' | 'close', listener: () => void): this;
    on(event: 'write', listener: (bytes: number) => void): this;
    on(event: 'drop', listener: (line: string) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }
  export default function pinoRoll(options: {
    file: () => string;
    frequency?: 'daily' | number;
    size?: string;
    mkdir?: boolean;
    sync?: boolean;
    /** Bytes kept in memory at most; lines beyond are dropped. */
    maxLength?: number;
  }): Promise<RollingStream>;
}
