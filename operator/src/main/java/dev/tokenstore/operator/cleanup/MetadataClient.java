package dev.tokenstore.operator.cleanup;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.function.Consumer;

/// Makes the client through which the operator touches Secrets: the API server answers it with metadata alone, so no
/// token ever enters this process. It lists, watches and deletes; it cannot get one object by name.
public final class MetadataClient {
    private static final String METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    private static final String METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    private MetadataClient() {}

    /// @param more adds interceptors of the caller's own
    public static KubernetesClient open(Config config, Consumer<HttpClient.Builder> more) {
        var mapper = new ObjectMapper();
        // the API server writes an empty list of metadata as null
        mapper.configOverride(List.class).setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
        return new KubernetesClientBuilder()
                // deletions that fail are tried again by the next cleanup, lists and watches by the informer
                .withConfig(new ConfigBuilder(config)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .withKubernetesSerialization(new KubernetesSerialization(mapper, true))
                .withHttpClientBuilderConsumer(builder -> {
                    builder.addOrReplaceInterceptor("metadata-only", new MetadataOnly());
                    more.accept(builder);
                })
                .build();
    }

    private static final class MetadataOnly implements Interceptor {
        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            // a watch that asks for the list form ends at each event; a deletion answers with the object while a
            // finalizer holds it
            var query = request.uri().getQuery();
            var watch = query != null && query.contains("watch=true");
            builder.setHeader("Accept", "GET".equals(request.method()) && !watch ? METADATA_LIST : METADATA);
        }
    }
}
