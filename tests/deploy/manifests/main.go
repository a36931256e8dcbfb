// Renders the Kustomize bases in folders as kubectl does, and decodes each object into the type of
// Kubernetes that it says it is, refusing fields and kinds that there are not.
//
//	manifests FOLDER...
package main

import (
	"fmt"
	"log"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func strictDecoder() runtime.Decoder {
	scheme := runtime.NewScheme()
	builder := runtime.NewSchemeBuilder(appsv1.AddToScheme, batchv1.AddToScheme, corev1.AddToScheme,
		networkingv1.AddToScheme, policyv1.AddToScheme, rbacv1.AddToScheme)
	if err := builder.AddToScheme(scheme); err != nil {
		log.Fatal(err)
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}

func main() {
	log.SetFlags(0)
	all := resmap.New()
	for _, folder := range os.Args[1:] {
		rendered, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
		if err == nil {
			err = all.AppendAll(rendered)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	decoder, failed := strictDecoder(), false
	for _, resource := range all.Resources() {
		text, err := resource.AsYAML()
		if err == nil {
			_, _, err = decoder.Decode(text, nil, nil)
		}
		if err != nil {
			log.Printf("%s %s: %v", resource.GetKind(), resource.GetName(), err)
			failed = true
		}
	}
	fmt.Print(all.Size(), " objects\n")
	if failed {
		os.Exit(1)
	}
}
