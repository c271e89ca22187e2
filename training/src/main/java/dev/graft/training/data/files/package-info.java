/**
 * Rows of data files as JSON, whatever the file's form: {@link
 * dev.graft.training.data.files.RowFile}.
 */
@NullMarked
package dev.graft.training.data.files;

import org.jspecify.annotations.NullMarked;
