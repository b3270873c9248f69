// Who reaches whom: the networks, what they let in, and the two load balancers.
param dnsPrefix string
param suffix string
param location string
param tags object
param operators string
param masterCount int

var services = [
  80
  443
  8080
]

resource mastersLetIn 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: 'dcos-master-nsg-${suffix}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'ssh-of-operators'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: operators
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
        }
      }
    ]
  }
}

// Nothing but what Azure lets in anyway: whoever is in the network reaches every agent.
resource privateAgentsLetIn 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: 'dcos-agent-private-nsg-${suffix}'
  location: location
  tags: tags
}

resource publicAgentsLetIn 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  // checkov:skip=CKV_AZURE_160:A public agent serves the web, that is what it is for.
  name: 'dcos-agent-public-nsg-${suffix}'
  location: location
  tags: tags
  properties: {
    securityRules: [for (port, number) in services: {
      name: 'Allow_${port}'
      properties: {
        priority: 200 + number
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: 'Internet'
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: string(port)
      }
    }]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: 'dcos-vnet-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        '172.16.0.0/23'
        '10.0.0.0/8'
      ]
    }
    subnets: [
      {
        name: 'dcos-masterSubnet'
        properties: {
          addressPrefix: '172.16.0.0/24'
          defaultOutboundAccess: true
          networkSecurityGroup: {
            id: mastersLetIn.id
          }
          serviceEndpoints: [
            {
              service: 'Microsoft.Storage'
            }
          ]
        }
      }
      {
        name: 'dcos-agentPublicSubnet'
        properties: {
          addressPrefix: '10.0.0.0/11'
          defaultOutboundAccess: true
          networkSecurityGroup: {
            id: publicAgentsLetIn.id
          }
          serviceEndpoints: [
            {
              service: 'Microsoft.Storage'
            }
          ]
        }
      }
      {
        name: 'dcos-agentPrivateSubnet'
        properties: {
          addressPrefix: '10.32.0.0/11'
          defaultOutboundAccess: true
          networkSecurityGroup: {
            id: privateAgentsLetIn.id
          }
          serviceEndpoints: [
            {
              service: 'Microsoft.Storage'
            }
          ]
        }
      }
      {
        name: 'poolkeeper'
        properties: {
          addressPrefix: '172.16.1.0/26'
          delegations: [
            {
              name: 'functions'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
          serviceEndpoints: [
            {
              service: 'Microsoft.Storage'
            }
            {
              service: 'Microsoft.KeyVault'
            }
            {
              service: 'Microsoft.EventHub'
            }
          ]
        }
      }
    ]
  }
}

resource mastersAddress 'Microsoft.Network/publicIPAddresses@2025-09-01' = {
  name: 'dcos-master-ip-${dnsPrefix}mgmt-${suffix}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    dnsSettings: {
      domainNameLabel: '${dnsPrefix}mgmt'
    }
  }
}

resource agentsAddress 'Microsoft.Network/publicIPAddresses@2025-09-01' = {
  name: 'dcos-agent-ip-${dnsPrefix}agents-${suffix}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    dnsSettings: {
      domainNameLabel: '${dnsPrefix}agents'
    }
  }
}

resource mastersBalancer 'Microsoft.Network/loadBalancers@2025-09-01' = {
  name: 'dcos-master-lb-${suffix}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: 'dcos-master-lbFrontEnd-${suffix}'
        properties: {
          publicIPAddress: {
            id: mastersAddress.id
          }
        }
      }
    ]
    backendAddressPools: [
      {
        name: 'dcos-master-pool-${suffix}'
      }
    ]
    inboundNatRules: [for number in range(0, masterCount): {
      name: 'SSH-dcos-master-${suffix}-${number}'
      properties: {
        protocol: 'Tcp'
        frontendPort: 2200 + number
        backendPort: 22
        frontendIPConfiguration: {
          id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'dcos-master-lb-${suffix}', 'dcos-master-lbFrontEnd-${suffix}')
        }
      }
    }]
  }
}

resource agentsBalancer 'Microsoft.Network/loadBalancers@2025-09-01' = {
  name: 'dcos-agent-lb-${suffix}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: 'dcos-agent-lbFrontEnd-${suffix}'
        properties: {
          publicIPAddress: {
            id: agentsAddress.id
          }
        }
      }
    ]
    backendAddressPools: [
      {
        name: 'dcos-agent-pool-${suffix}'
      }
    ]
    probes: [for port in services: {
      name: 'tcp${port}Probe'
      properties: {
        protocol: 'Tcp'
        port: port
        intervalInSeconds: 5
        numberOfProbes: 2
      }
    }]
    loadBalancingRules: [for port in services: {
      name: 'JLBRuleTcp${port}'
      properties: {
        protocol: 'Tcp'
        frontendPort: port
        backendPort: port
        idleTimeoutInMinutes: 5
        frontendIPConfiguration: {
          id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'dcos-agent-lb-${suffix}', 'dcos-agent-lbFrontEnd-${suffix}')
        }
        backendAddressPool: {
          id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'dcos-agent-lb-${suffix}', 'dcos-agent-pool-${suffix}')
        }
        probe: {
          id: resourceId('Microsoft.Network/loadBalancers/probes', 'dcos-agent-lb-${suffix}', 'tcp${port}Probe')
        }
      }
    }]
  }
}

output masterSubnetId string = '${network.id}/subnets/dcos-masterSubnet'
output publicSubnetId string = '${network.id}/subnets/dcos-agentPublicSubnet'
output privateSubnetId string = '${network.id}/subnets/dcos-agentPrivateSubnet'
output appSubnetId string = '${network.id}/subnets/poolkeeper'
output masterPoolId string = '${mastersBalancer.id}/backendAddressPools/dcos-master-pool-${suffix}'
output masterNatRuleIds array = [for number in range(0, masterCount): '${mastersBalancer.id}/inboundNatRules/SSH-dcos-master-${suffix}-${number}']
output publicPoolId string = '${agentsBalancer.id}/backendAddressPools/dcos-agent-pool-${suffix}'
output mastersName string = mastersAddress.properties.dnsSettings.fqdn
