package dev.graft.engine.tf;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;

/** Calls of the C API, whose status becomes an exception where it is not OK. */
final class Check {
  private Check() {}

  static <T> T get(String what, Function<TF_Status, T> call) {
    TF_Status status = tensorflow.TF_NewStatus();
    try {
      T result = call.apply(status);
      if (tensorflow.TF_GetCode(status) != tensorflow.TF_OK) {
        throw new GraftException(
            ErrorCode.BACKEND_FAILED,
            "expected TensorFlow to "
                + what
                + ", received: "
                + tensorflow.TF_Message(status).getString());
      }
      return result;
    } finally {
      tensorflow.TF_DeleteStatus(status);
    }
  }

  static void run(String what, Consumer<TF_Status> call) {
    get(
        what,
        status -> {
          call.accept(status);
          return status;
        });
  }
}
