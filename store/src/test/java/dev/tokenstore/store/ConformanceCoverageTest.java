package dev.tokenstore.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The contract tests every rule and every example of the conformance list that concerns the store.
class ConformanceCoverageTest {
    /// All numbers of the list, and C42, which it only mentions.
    private static final Set<String> LIST = Set.of("""
            R1 R2 R3 R4 R5 R6 R6a R7 R8 R9 R10 R11 R12 R13 R13a R14 R15
            S1 S2 S3 S4 S5 S6 S7 S8
            C1 C2 C4 C6 C7 C8 C10 C11 C12 C13 C14 C15 C16 C18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C29 C30 C31 C33 C34 C35 C36
            C38 C39 C40 C41 C42 C43 C44 C45 C47 C48 C49 C50 C51 C52 C53 C54 C55 C56 C57 C58 C59 C60
            """.split("\\s+"));

    private static final Set<String> OF_THE_ADAPTERS_ONLY = Set.of("S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8");

    @Test
    void everyNumberOfTheListHasATest() {
        var expected = new TreeSet<>(LIST);
        expected.removeAll(OF_THE_ADAPTERS_ONLY);

        var tested = new TreeSet<String>();
        contractTests().forEach(test -> {
            var conformance = test.getAnnotation(Conformance.class);
            if (conformance != null) {
                tested.addAll(Arrays.asList(conformance.value()));
            }
        });

        assertThat(tested).isEqualTo(expected);
    }

    @Test
    void everyTestOfTheContractNamesWhatItChecks() {
        assertThat(contractTests())
                .isNotEmpty()
                .allMatch(test -> test.isAnnotationPresent(Conformance.class), "names the numbers it checks");
    }

    private static Stream<Method> contractTests() {
        return Stream.of(TokenStoreContract.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class));
    }
}
