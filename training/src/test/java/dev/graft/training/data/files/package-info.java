/** Tests of reading data files. */
@NullMarked
package dev.graft.training.data.files;

import org.jspecify.annotations.NullMarked;
