/**
 * ONNX Runtime's library can send telemetry (since 1.30 on Linux too); this variable switches it off. It must stand in the
 * process's own environment before the library is loaded: a worker's `process.env` is a copy that the library does not see.
 */
export function keepRuntimePrivate(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
