package dev.graft.experiments.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MatchTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "48/2 = <<48/2=24>>24 #### 72; 72",
        "The total is $1,234.00.; 1234",
        "It is -5 degrees; -5",
        "about 3.50 euros; 3.50",
        "10.0; 10",
        "None at all; none at all",
        "2 and then 1,000,000; 1000000"
      })
  void theLastNumberCounts(String text, String number) {
    assertThat(Match.NUMBER.apply(text)).isEqualTo(number);
  }
}
