/**
 * ONNX Runtime's library sends telemetry (since 1.30 on Linux too) unless this variable is set when the first session is made. It
 * must stand in the process's own environment: a worker's `process.env` is a copy that the library does not see, so whoever
 * starts a worker calls this first. The Windows library does not know the variable; there its events go to the system's own tracing.
 */
export function keepRuntimePrivate(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
