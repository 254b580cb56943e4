package dev.tokenstore.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ControlPlaneModuleTest {
    private static final ControlPlaneModule SHIPPED = ControlPlaneModule.shipped();

    @Test
    void keyTellsTheVersionOfKubernetes() {
        assertThat(SHIPPED.version()).matches("1\\.\\d+\\.\\d+");
        assertThat(SHIPPED.key()).matches("\\Q" + SHIPPED.version() + "\\E-[0-9a-f]{12}");
    }

    @Test
    void keyIsTheSameForTheSameFiles() {
        assertThat(ControlPlaneModule.shipped().key()).isEqualTo(SHIPPED.key());
    }

    @Test
    void everyChangedFileGivesAnotherKey() {
        for (var name : SHIPPED.files().keySet()) {
            var changed = new TreeMap<>(SHIPPED.files());
            changed.merge(name, "\n// changed\n", String::concat);

            assertThat(new ControlPlaneModule(changed).key()).as(name).isNotEqualTo(SHIPPED.key());
        }
    }

    @Test
    void linkerFlagsSayTheVersion() {
        assertThat(GoBuild.linkerFlags("1.36.3"))
                .isEqualTo("-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3"
                        + " -X k8s.io/component-base/version.gitMajor=1"
                        + " -X k8s.io/component-base/version.gitMinor=36");
    }
}
