/**
 * How batch norms that train normalise in a phase:
 * `moving`: by their moving statistics, which stay as they are (the default: small batches don't disturb it);
 * `batch`: by the batch's, which the moving ones follow;
 * `batch, affine frozen`: by the batch's, and scale and shift stay.
 * A frozen batch norm always uses its moving statistics and never changes by a byte.
 */
export type BatchNormMode = 'moving' | 'batch' | 'batch, affine frozen'
