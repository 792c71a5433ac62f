package main

import (
	"example.com/pulumi-mcp/sdk/go/mcp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		greeter, err := mcp.NewMcpProcess(ctx, "greeter", &mcp.McpProcessArgs{
			Source:    pulumi.String("../greeter"),
			Transport: mcp.TransportHttp,
			Port:      pulumi.Int(settings.RequireInt("port")),
			Env:       pulumi.StringMap{"GREETING": pulumi.String(settings.Require("greeting"))},
		})
		if err != nil {
			return err
		}
		ctx.Export("url", greeter.Url)
		ctx.Export("tools", greeter.Tools)
		return nil
	})
}
