package dev.graft.training.data.files;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Rows of an open file, one after the other. */
interface RowSource extends Closeable {
  /** The next row; null after the last. */
  @Nullable Row next() throws IOException;
}
