@NullMarked
package dev.graft.tracking.mlflow;

import org.jspecify.annotations.NullMarked;
