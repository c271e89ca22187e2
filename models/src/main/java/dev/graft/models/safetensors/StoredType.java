package dev.graft.models.safetensors;

import dev.graft.api.tensor.DType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The element types of the format, and what they are read as. */
enum StoredType {
  F64(8, DType.F64),
  F32(4, DType.F32),
  F16(2, DType.F16),
  BF16(2, DType.BF16),
  I64(8, DType.I64),
  /** Widened when read. */
  I32(4, DType.I64),
  BOOL(1, DType.BOOL),
  U64(8, null),
  U32(4, null),
  U16(2, null),
  U8(1, null),
  I16(2, null),
  I8(1, null),
  F8_E4M3(1, null),
  F8_E5M2(1, null);

  private final int bytes;
  private final @Nullable DType readAs;

  StoredType(int bytes, @Nullable DType readAs) {
    this.bytes = bytes;
    this.readAs = readAs;
  }

  int bytes() {
    return bytes;
  }

  /** What the element becomes; empty where Graft cannot read it. */
  Optional<DType> readAs() {
    return Optional.ofNullable(readAs);
  }

  static StoredType of(DType dtype) {
    return valueOf(dtype.name());
  }
}
